-- Databases and logins of a deployment; run by psql 15 or newer as a superuser (or whoever may make roles and databases):
--
--   LYSBRO_PREFIX=lysbro LYSBRO_PASSWORD_OWNER=… LYSBRO_PASSWORD_DIRECTORY=… … psql -X -f deploy/roles.sql "$URL"
--
-- It makes `lysbro_owner` with the databases `lysbro` and `lysbro_keys`, and one login per service that owns nothing. What each
-- may do is given by `lysbro migrate --roles lysbro`, run as `lysbro_owner`. Again is harmless: it sets the passwords anew.
-- Passwords come from the environment, because a line of a command can be read by everybody on the machine.
\set ON_ERROR_STOP on
\set QUIET on
\getenv prefix LYSBRO_PREFIX
\getenv password_owner LYSBRO_PASSWORD_OWNER
\getenv password_directory LYSBRO_PASSWORD_DIRECTORY
\getenv password_intake LYSBRO_PASSWORD_INTAKE
\getenv password_imaging LYSBRO_PASSWORD_IMAGING
\getenv password_review LYSBRO_PASSWORD_REVIEW
\getenv password_uptake LYSBRO_PASSWORD_UPTAKE
\getenv password_web LYSBRO_PASSWORD_WEB
\getenv password_notify LYSBRO_PASSWORD_NOTIFY

-- A variable that was not set stays as it was written, and would become the password.
select :'password_owner' = '' or :'password_directory' = '' or :'password_intake' = '' or :'password_imaging' = ''
    or :'password_review' = '' or :'password_uptake' = '' or :'password_web' = ''
    or :'password_notify' = '' as lacking \gset
\if :lacking
\warn 'roles.sql: a password is empty'
\quit 3
\endif

create temporary table wanted (service text, password text) on commit preserve rows;
insert into wanted values ('owner', :'password_owner'), ('directory', :'password_directory'), ('intake', :'password_intake'),
    ('imaging', :'password_imaging'), ('review', :'password_review'), ('uptake', :'password_uptake'), ('web', :'password_web'),
    ('notify', :'password_notify');

select format('create role %I', :'prefix' || '_' || service) from wanted
    where not exists (select 1 from pg_roles where rolname = :'prefix' || '_' || service) \gexec
-- The search path is the program's; a login can set its own, which gives it no right.
select format('alter role %I login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
    :'prefix' || '_' || service, password) from wanted \gexec

-- On a managed PostgreSQL nobody is superuser, and who makes a database for another must be a member of it.
select format('grant %I to current_user', :'prefix' || '_owner')
    where not (select rolsuper from pg_roles where rolname = current_user) \gexec
select format('create database %I owner %I encoding %L locale %L template template0', name, :'prefix' || '_owner', 'UTF8', 'C')
    from (values (:'prefix'), (:'prefix' || '_keys')) as databases (name)
    where not exists (select 1 from pg_database where datname = name) \gexec

-- Nobody else may even connect.
select format('revoke all on database %I from public', name) from (values (:'prefix'), (:'prefix' || '_keys')) as databases (name) \gexec
select format('grant connect on database %I to %I', name, :'prefix' || '_' || service)
    from wanted, (values (:'prefix'), (:'prefix' || '_keys')) as databases (name)
    where service <> 'owner' and not (service = 'web' and name = :'prefix' || '_keys') \gexec
-- An earlier version let it: who serves files opens nothing.
select format('revoke connect on database %I from %I', :'prefix' || '_keys', :'prefix' || '_web') \gexec
