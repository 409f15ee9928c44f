// Starts the application. Styles are plain files (the content security policy allows no inline style).
import '@digdir/designsystemet-css/base.css';
import '@digdir/designsystemet-css/button.css';
import '@digdir/designsystemet-css/input.css';
import '@digdir/designsystemet-css/field.css';
import '@digdir/designsystemet-css/dialog.css';
import './styles/font.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
